const FRAME_MILLISECONDS = 120;

/** A line on a terminal that moves while we wait. Does nothing when `visible` is false. */
export function spinner(stream: NodeJS.WriteStream, visible: boolean) {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    stream.write('\r\x1b[K');
  };
  const start = (label: string) => {
    stop();
    if (!visible) return;
    const frames = ['|', '/', '-', '\\'];
    let turn = 0;
    const draw = () => stream.write(`\r\x1b[K${frames[turn++ % frames.length]} ${label}`);
    draw();
    timer = setInterval(draw, FRAME_MILLISECONDS);
    // Only something that we wait for keeps the process alive.
    timer.unref();
  };
  return { start, stop };
}
