/*
 * What others record appears without a reload: an event of the stream has the page fetched again, and its parts replaced. A page of
 * the past stays as it is. Where the right to read ends, the page says so.
 */

const { stream: address, ended = '' } =
  document.querySelector<HTMLElement>('main[data-stream]')?.dataset ?? {};
if (address !== undefined) {
  const stream = new EventSource(address);
  let isWaiting = false;
  stream.addEventListener('message', () => {
    if (isWaiting) return;
    isWaiting = true;
    // Others may record many at once.
    setTimeout(() => {
      isWaiting = false;
      void refresh();
    }, 250);
  });
  // It connects again by itself, but for where it is refused.
  stream.addEventListener('error', () => {
    if (stream.readyState === EventSource.CLOSED) void refresh();
  });
}

async function refresh(): Promise<void> {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) {
    if (answer.status === 401) say(ended);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const selector of ['main', '.moment', '.basis']) {
    const [old, now] = [document.querySelector(selector), page.querySelector(selector)];
    if (old && now && !isWrittenIn(old)) old.replaceWith(now);
  }
  document.dispatchEvent(new Event('refreshed'));
}

/** What somebody writes in stays as it is, also while they are elsewhere. */
const isWrittenIn = (part: Element): boolean =>
  part.contains(document.activeElement) || part.querySelector('form.recording') !== null;

function say(text: string): void {
  if (document.querySelector('.notice')) return;
  const notice = Object.assign(document.createElement('p'), { className: 'notice', textContent: text });
  notice.setAttribute('role', 'alert');
  document.querySelector('main')?.prepend(notice);
}
