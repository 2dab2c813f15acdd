import { theme as antd, type ThemeConfig } from 'antd';
import { tokens, type Theme } from './tokens';

export const fontFamily =
  '"Inter Variable", Inter, -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei UI", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif';
export const fontFamilyCode =
  '"JetBrains Mono", ui-monospace, SFMono-Regular, "Cascadia Code", Consolas, "Noto Sans Mono CJK SC", "PingFang SC", "Microsoft YaHei UI", monospace';

/// Ant Design in the product's colours and sizes.
export function antdTheme(theme: Theme): ThemeConfig {
  const c = tokens[theme];
  return {
    cssVar: true,
    algorithm: theme === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      colorPrimary: c.accent, colorPrimaryHover: c.accentHover, colorLink: c.accentText, colorLinkHover: c.accentText,
      colorBgLayout: c.bg, colorBgContainer: c.surface, colorBgElevated: c.raised,
      colorText: c.text, colorTextSecondary: c.text2, colorTextTertiary: c.text3, colorTextPlaceholder: c.text3, colorTextDescription: c.text3,
      colorBorder: c.control, colorBorderSecondary: c.border, colorSplit: c.border,
      controlItemBgHover: c.hover, controlItemBgActive: c.accentBg,
      colorSuccess: c.ok, colorInfo: c.run, colorWarning: c.wait, colorError: c.fail,
      fontSize: 13, lineHeight: 1.5385, fontFamily, fontFamilyCode,
      borderRadius: 6, borderRadiusLG: 8, borderRadiusSM: 4, controlHeight: 32, controlHeightSM: 28,
      motionDurationMid: '0.16s', motionDurationFast: '0.12s',
      boxShadowSecondary: `${c.shadow3}, 0 0 0 1px ${c.border2}`, wireframe: false,
    },
    components: {
      Tabs: { horizontalItemGutter: 20, inkBarColor: c.accentText, itemSelectedColor: c.text, itemHoverColor: c.text, itemActiveColor: c.accentText, horizontalItemPadding: '9px 0', horizontalMargin: '0' },
      Segmented: { trackBg: c.sunken, itemSelectedBg: theme === 'dark' ? c.raised : c.surface, itemColor: c.text2 },
      Button: { defaultBorderColor: c.border2, primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500, defaultBg: theme === 'dark' ? c.raised : c.surface },
      Select: { optionSelectedBg: c.accentBg },
      Slider: { trackBg: c.accent, trackHoverBg: c.accent, railBg: c.border2, railHoverBg: c.border2, handleColor: c.accentText, handleActiveColor: c.accentText, dotActiveBorderColor: c.accent, trackBgDisabled: c.border2 },
      Form: { itemMarginBottom: 12 },
      Tooltip: { colorBgSpotlight: theme === 'dark' ? c.raised : c.text },
    },
  };
}
