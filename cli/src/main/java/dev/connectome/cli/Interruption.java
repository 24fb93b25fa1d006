package dev.connectome.cli;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the command's thread. Shutdown hooks would not do:
 * libraries' own hooks run at the same time, and parts would stop in no order. A second signal ends
 * the process at once, for a command that computes and looks at no interrupt; what a platform has
 * started ends all the same.
 */
public final class Interruption {
  private static final int SIGNALLED = 128;

  private final CountDownLatch requested = new CountDownLatch(1);
  private final Thread thread;

  private Interruption(Thread thread) {
    this.thread = thread;
  }

  /** From now on the first signal interrupts the calling thread, the second ends the process. */
  public static Interruption ofThisThread() {
    Interruption interruption = new Interruption(Thread.currentThread());
    for (String name : new String[] {"INT", "TERM", "HUP"}) {
      Signal.handle(new Signal(name), interruption::request);
    }
    return interruption;
  }

  private synchronized void request(Signal signal) {
    if (requested()) {
      Runtime.getRuntime().halt(SIGNALLED + signal.getNumber());
    }
    requested.countDown();
    thread.interrupt();
  }

  /** Whether a signal has come. */
  public boolean requested() {
    return requested.getCount() == 0;
  }

  /** Waits for a signal, which interrupts the wait. */
  public void await() throws InterruptedException {
    requested.await();
  }
}
