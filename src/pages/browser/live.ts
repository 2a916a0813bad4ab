/*
 * What others record appears without a reload: an event of the stream has the page fetched again, and its parts replaced. A page of
 * the past stays as it is.
 */

const stream = document.querySelector<HTMLElement>('main[data-stream]')?.dataset['stream'];
if (stream !== undefined) {
  let isWaiting = false;
  new EventSource(stream).addEventListener('message', () => {
    if (isWaiting) return;
    isWaiting = true;
    // Others may record many at once.
    setTimeout(() => {
      isWaiting = false;
      void refresh();
    }, 250);
  });
}

async function refresh(): Promise<void> {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const selector of ['main', '.moment', '.basis']) {
    const [old, now] = [document.querySelector(selector), page.querySelector(selector)];
    // What somebody is writing in stays as it is.
    if (old && now && !old.contains(document.activeElement)) old.replaceWith(now);
  }
  document.dispatchEvent(new Event('refreshed'));
}
