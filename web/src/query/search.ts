/** Whether a text has all words that are sought, in any order and case. */
export function seeker(sought: string): (text: string) => boolean {
  const words = sought.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return (text) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}
