// Every visible text whose contrast with what is behind it is below WCAG AA, as one line each.
(() => {
  const parse = (color) => {
    const numbers = (color.match(/[\d.]+/g) || []).map(Number);
    return { rgb: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1 };
  };
  const over = (top, alpha, below) => top.map((value, i) => value * alpha + below[i] * (1 - alpha));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ancestors = (element) => element ? [...ancestors(element.parentElement), element] : [];
  const behind = (element) => ancestors(element).reduce((below, each) => {
    const { rgb, alpha } = parse(getComputedStyle(each).backgroundColor);
    return rgb.length === 3 ? over(rgb, alpha, below) : below;
  }, [255, 255, 255]);
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (!node.textContent.trim() || !box.width || !box.height || style.visibility === "hidden" || element.closest("style, script, noscript, [disabled]")) continue;
    const background = behind(element);
    const opacity = ancestors(element).reduce((product, each) => product * Number(getComputedStyle(each).opacity), 1);
    if (opacity === 0) continue;
    const color = parse(style.color);
    const [light, dark] = [over(color.rgb, color.alpha * opacity, background), background].map(luminance).sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faults.push(`${ratio.toFixed(2)}: ${node.textContent.trim().slice(0, 60)}`);
  }
  return faults;
})()
