package dev.connectome.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Standard output whose reader may go away, as {@code head} does: the process ends then, like
 * others that SIGPIPE ends. Java ignores that signal, and its print streams the error that comes
 * instead.
 */
final class StandardOutput extends FilterOutputStream {
  private static final int ENDED_BY_SIGPIPE = 141;

  private StandardOutput(OutputStream out) {
    super(out);
  }

  /** Replaces {@link System#out}. */
  static void install() {
    String encoding = System.getProperty("stdout.encoding");
    System.setOut(
        new PrintStream(
            new BufferedOutputStream(new StandardOutput(new FileOutputStream(FileDescriptor.out))),
            true,
            encoding == null ? Charset.defaultCharset() : Charset.forName(encoding)));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      Runtime.getRuntime().halt(ENDED_BY_SIGPIPE);
    }
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }
}
