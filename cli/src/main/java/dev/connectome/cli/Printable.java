package dev.connectome.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Text from elsewhere as a terminal may show it: without control characters, with which a trainer
 * could move the cursor, rename the window or hide lines. Line ends and tabs stay.
 */
public final class Printable extends FilterWriter {

  private static final char REPLACEMENT = '\uFFFD';

  private boolean afterReturn;

  private Printable(Writer out) {
    super(out);
  }

  /** A writer that passes on what may be shown. */
  public static PrintWriter to(Writer out) {
    return new PrintWriter(new Printable(out));
  }

  /** The text as it may be shown. */
  public static String text(String text) {
    var shown = new StringBuilder(text.length());
    text.chars().forEach(character -> shown.append(shown((char) character)));
    return shown.toString();
  }

  private static char shown(char character) {
    return Character.isISOControl(character) && character != '\n' && character != '\t'
        ? REPLACEMENT
        : character;
  }

  /** A carriage return ends a line, as progress bars mean it. */
  @Override
  public void write(int character) throws IOException {
    boolean lineEnd = character == '\n' && afterReturn;
    afterReturn = character == '\r';
    if (!lineEnd) {
      out.write(afterReturn ? '\n' : shown((char) character));
    }
  }

  @Override
  public void write(char[] characters, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      write(characters[i]);
    }
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      write(text.charAt(i));
    }
  }
}
