/**
 * The SQL lives in the URL's fragment: a link shares it, and because browsers do not send fragments it never reaches
 * a log.
 */
const KEY = 'q';

export function encodeFragment(sql: string): string {
  return `#${KEY}=${encodeURIComponent(sql)}`;
}

/** The SQL in a fragment, or undefined where there is none or it is not an encoding. */
export function decodeFragment(fragment: string): string | undefined {
  for (const part of fragment.replace(/^#/, '').split('&')) {
    if (part.startsWith(`${KEY}=`)) {
      try {
        return decodeURIComponent(part.slice(KEY.length + 1).replaceAll('+', ' '));
      } catch {
        return undefined;
      }
    }
  }
  return undefined;
}
