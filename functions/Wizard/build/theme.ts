import { createDarkTheme, createLightTheme, type BrandVariants, type Theme } from '@fluentui/tokens';
import type { Plugin } from 'vite';

const brand: BrandVariants = {
  10: '#020410',
  20: '#10173a',
  30: '#152463',
  40: '#1a2f86',
  50: '#213a9f',
  60: '#2b47b8',
  70: '#3554cf',
  80: '#3f61e0',
  90: '#5674e6',
  100: '#6c87eb',
  110: '#8199f0',
  120: '#96abf4',
  130: '#abbdf7',
  140: '#c0cefa',
  150: '#d6dffc',
  160: '#ecf0fe',
};

const light: Theme = {
  ...createLightTheme(brand),
  fontFamilyBase: "'Segoe UI Variable Text', 'Segoe UI', Inter, system-ui, -apple-system, Roboto, 'Noto Sans', sans-serif",
};

const dark: Theme = {
  ...createDarkTheme(brand),
  colorBrandForeground1: brand[120],
  colorBrandForeground2: brand[130],
  colorBrandForegroundLink: brand[120],
};

const color = /#[0-9a-f]{3,8}\b|rgba?\([^)]*\)|transparent/gi;

/** A value whose colours follow the page's colour scheme, and whose type the reader's font size. */
function either(token: keyof Theme): string {
  if (/^(fontSize|lineHeight)/.test(token)) return `${parseFloat(String(light[token])) / 16}rem`;
  const darkColors = String(dark[token]).match(color) ?? [];
  let next = 0;
  return String(light[token]).replace(color, (lightColor) => {
    const darkColor = darkColors[next++] ?? lightColor;
    return darkColor === lightColor ? lightColor : `light-dark(${lightColor}, ${darkColor})`;
  });
}

/** Fluent UI's themes, with our brand, as one style sheet, so that no page has to reckon them: `import 'virtual:theme.css'`. */
export function theme(): Plugin {
  const name = 'virtual:theme.css';
  return {
    name: 'theme',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) =>
      id === `\0${name}`
        ? `:root {\n${(Object.keys(light) as (keyof Theme)[]).map((token) => `  --${token}: ${either(token)};\n`).join('')}}\n`
        : undefined,
  };
}
