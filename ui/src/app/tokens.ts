/// The colours of both themes. The only place with colour literals: everything else reads `var(--weft-NAME)`.
export type Theme = 'light' | 'dark';

const light = {
  bg: '#F5F6F8', surface: '#FFFFFF', raised: '#FFFFFF', sunken: '#EEF0F4', hover: '#F3F4F7',
  border: '#E3E6EC', border2: '#CBD0DA', control: '#878F9F',
  text: '#171B26', text2: '#495163', text3: '#636B7C',
  accent: '#3B4BC1', accentHover: '#3140A8', accentText: '#3B4BC1', accentBg: '#EDEFFB', onAccent: '#FFFFFF',
  ok: '#1B7A48', okBg: '#E6F4EB', run: '#0A6C9E', runBg: '#E2F1F9', wait: '#805900', waitBg: '#FBF3DD',
  retry: '#AD450B', retryBg: '#FDECE0', fail: '#BE2436', failBg: '#FCE9EB', idle: '#5D6576', idleBg: '#EEF0F4',
  comp: '#8A3A96', compBg: '#F7EAF9',
  shadow1: '0 1px 2px rgba(16,20,32,.06)', shadow2: '0 2px 8px rgba(16,20,32,.08)',
  shadow3: '0 8px 28px rgba(16,20,32,.16)',
};

export type Tokens = typeof light;

const dark: Tokens = {
  bg: '#0E1014', surface: '#15181E', raised: '#1C2028', sunken: '#0A0C0F', hover: '#1B1F27',
  border: '#262B35', border2: '#3B4250', control: '#6B7486',
  text: '#E6E9EF', text2: '#A9B1C0', text3: '#8891A2',
  accent: '#4C5CD6', accentHover: '#5564DA', accentText: '#9DA8FF', accentBg: '#1D2240', onAccent: '#FFFFFF',
  ok: '#4CC38A', okBg: '#11281D', run: '#52B7EC', runBg: '#0E2736', wait: '#E0B341', waitBg: '#2A2210',
  retry: '#F58B4B', retryBg: '#301B0F', fail: '#F5707D', failBg: '#34151A', idle: '#939BAB', idleBg: '#1F242D',
  comp: '#D58BE0', compBg: '#2B1730',
  shadow1: '0 1px 2px rgba(0,0,0,.40)', shadow2: '0 2px 8px rgba(0,0,0,.45)', shadow3: '0 8px 28px rgba(0,0,0,.60)',
};

export const tokens: Record<Theme, Tokens> = { light, dark };

/// One rule per theme that declares every token as a CSS variable.
export function themeSheet(): string {
  return (Object.keys(tokens) as Theme[])
    .map((theme) => {
      const declarations = Object.entries(tokens[theme]).map(([name, value]) => `--weft-${name}:${value}`);
      return `[data-theme=${theme}]{color-scheme:${theme};${declarations.join(';')}}`;
    })
    .join('\n');
}
