import { createDarkTheme, createLightTheme, type BrandVariants, type Theme } from '@fluentui/react-components';
import { useEffect, useState, useSyncExternalStore } from 'react';

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

const fontFamilyBase = "'Segoe UI Variable Text', 'Segoe UI', Inter, system-ui, -apple-system, Roboto, 'Noto Sans', sans-serif";

export const lightTheme: Theme = { ...createLightTheme(brand), fontFamilyBase };
export const darkTheme: Theme = {
  ...createDarkTheme(brand),
  fontFamilyBase,
  colorBrandForeground1: brand[120],
  colorBrandForeground2: brand[130],
  colorBrandForegroundLink: brand[120],
};

export type ThemeChoice = 'system' | 'light' | 'dark';

const stored = (): ThemeChoice => {
  const value = localStorage.getItem('theme');
  return value === 'light' || value === 'dark' ? value : 'system';
};

const preference = matchMedia('(prefers-color-scheme: dark)');
const onPreference = (listener: () => void) => {
  preference.addEventListener('change', listener);
  return () => preference.removeEventListener('change', listener);
};

export function useTheme(): { dark: boolean; choice: ThemeChoice; choose: (choice: ThemeChoice) => void } {
  const systemDark = useSyncExternalStore(onPreference, () => preference.matches);
  const [choice, setChoice] = useState(stored);
  const dark = choice === 'system' ? systemDark : choice === 'dark';
  useEffect(() => {
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  }, [dark]);
  return {
    dark,
    choice,
    choose: (next) => {
      localStorage.setItem('theme', next);
      setChoice(next);
    },
  };
}
