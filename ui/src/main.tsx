import './app/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { changeLanguage, startI18n } from './app/i18n';
import { preferences } from './app/preferences';
import { themeSheet } from './app/tokens';

const sheet = document.createElement('style');
sheet.textContent = themeSheet();
document.head.append(sheet);

await startI18n(preferences.get().language);
await changeLanguage(preferences.get().language);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
