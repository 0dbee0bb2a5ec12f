import 'react';

declare module 'react' {
  interface InputHTMLAttributes<T> {
    /** Picks a folder instead of files. */
    webkitdirectory?: '' | undefined;
  }
}
