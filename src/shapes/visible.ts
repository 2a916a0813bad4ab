/** Whether a text shows anything: not only blanks, joiners, direction marks, variation selectors and the like. */
export function isVisible(text: string): boolean {
  const first = text.charCodeAt(0);
  // Most texts begin with a visible ASCII character.
  return (first > 0x20 && first < 0x7f) || visible.test(text);
}

const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]/u;
