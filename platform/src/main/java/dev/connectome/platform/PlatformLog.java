package dev.connectome.platform;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;

/** Writes the log messages of this process. */
final class PlatformLog implements AutoCloseable {
  private static final Logger ROOT = Logger.getLogger("");

  private final FlushingHandler handler;

  private PlatformLog(FlushingHandler handler) {
    this.handler = handler;
  }

  /** Appends to a file from now on, until closed. */
  static PlatformLog to(Path file) throws IOException {
    FlushingHandler handler =
        new FlushingHandler(new FileOutputStream(OwnerOnly.file(file).toFile(), true));
    ROOT.addHandler(handler);
    return new PlatformLog(handler);
  }

  /** Prints them, and nothing else does. */
  static void toStandardOutput() {
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    ROOT.addHandler(new FlushingHandler(System.out));
  }

  @Override
  public void close() {
    ROOT.removeHandler(handler);
    handler.close();
  }

  private static final class FlushingHandler extends StreamHandler {
    FlushingHandler(OutputStream out) {
      super(out, new SimpleFormatter());
      setLevel(Level.INFO);
    }

    @Override
    public synchronized void publish(LogRecord message) {
      super.publish(message);
      flush();
    }
  }
}
