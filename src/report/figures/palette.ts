/**
 * Okabe and Ito's colours, which people with any common colour blindness tell apart; as CSS variables so that a page
 * can lighten them on a dark background, with the light ones where there is no page.
 */
export const PALETTE = {
  blue: 'var(--figure-blue, #0072b2)',
  vermilion: 'var(--figure-vermilion, #d55e00)',
  green: 'var(--figure-green, #008562)',
  purple: 'var(--figure-purple, #b0558a)',
  sky: 'var(--figure-sky, #3d9fd6)',
  amber: 'var(--figure-amber, #b87a00)',
  quiet: 'var(--figure-quiet, #767676)',
  text: 'currentColor',
  background: 'var(--figure-background, white)',
} as const;

/** One colour for each order of the expansion, repeating after six. */
export function orderColour(order: number): string {
  const colours = [
    PALETTE.blue,
    PALETTE.vermilion,
    PALETTE.green,
    PALETTE.purple,
    PALETTE.sky,
    PALETTE.amber,
  ];
  return colours[(order - 2) % colours.length];
}
