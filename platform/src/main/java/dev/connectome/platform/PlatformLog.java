package dev.connectome.platform;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;

/**
 * Takes what the libraries in this process log, above all the broker, to a file; nothing of it
 * reaches the terminal.
 */
final class PlatformLog implements AutoCloseable {
  private static final Logger ROOT = Logger.getLogger("");

  private final FlushedHandler handler;

  private PlatformLog(FlushedHandler handler) {
    this.handler = handler;
  }

  /**
   * Begins to log.
   *
   * @param file appended to
   * @return ends the logging when closed
   * @throws IOException if the file cannot be opened
   */
  static PlatformLog to(Path file) throws IOException {
    FlushedHandler handler = new FlushedHandler(new FileOutputStream(file.toFile(), true));
    ROOT.addHandler(handler);
    return new PlatformLog(handler);
  }

  @Override
  public void close() {
    ROOT.removeHandler(handler);
    handler.close();
  }

  private static final class FlushedHandler extends StreamHandler {
    FlushedHandler(OutputStream out) {
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
