// What the page remembers in this browser. Without storage it works, and forgets.

export function recall(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`easel.${key}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(`easel.${key}`, JSON.stringify(value));
  } catch {
    // Private windows and full disks.
  }
}
