export type ThemeChoice = 'system' | 'light' | 'dark';

const preference = matchMedia('(prefers-color-scheme: dark)');

export function themeChoice(): ThemeChoice {
  const value = localStorage.getItem('theme');
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem('theme', choice);
  show();
}

/** Shows the page in the theme that the person chose, or in the system's, also when that changes. */
export function followTheme(): void {
  show();
  preference.addEventListener('change', show);
}

function show(): void {
  const choice = themeChoice();
  document.documentElement.dataset['theme'] = choice === 'system' ? (preference.matches ? 'dark' : 'light') : choice;
}
