package dev.connectome.controller.loop;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes the passes of a loop, one after the other, on a thread of its own: a slow one keeps no
 * other loop waiting.
 */
public final class LoopThread implements AutoCloseable {

  private final Loop loop;
  private final Runnable work;
  private final ScheduledThreadPoolExecutor executor;
  private final AtomicBoolean woken = new AtomicBoolean();

  public LoopThread(Loop loop, Runnable work) {
    this.loop = loop;
    this.work = work;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1, body -> new Thread(body, loop.name()), new ThreadPoolExecutor.DiscardPolicy());
  }

  /** Makes a pass now and after each pause. */
  public void start(Duration pause) {
    executor.scheduleWithFixedDelay(
        () -> loop.pass(work), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Makes a pass soon. Requests made before it begins are merged into one. */
  public void wake() {
    if (woken.compareAndSet(false, true)) {
      executor.execute(
          () -> {
            woken.set(false);
            loop.pass(work);
          });
    }
  }

  /** Interrupts the pass under way; no other follows. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
