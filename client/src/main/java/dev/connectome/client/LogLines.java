package dev.connectome.client;

import com.google.protobuf.ByteString;
import java.util.function.Consumer;

/** Decodes a log whose parts are cut anywhere, even within a character: only whole lines are. */
final class LogLines {
  private final Consumer<String> lines;
  private ByteString rest = ByteString.EMPTY;

  LogLines(Consumer<String> lines) {
    this.lines = lines;
  }

  void add(ByteString part) {
    int lineEnd = part.size();
    while (lineEnd > 0 && part.byteAt(lineEnd - 1) != '\n') {
      lineEnd--;
    }
    if (lineEnd == 0) {
      rest = rest.concat(part);
      return;
    }
    lines.accept(rest.concat(part.substring(0, lineEnd)).toStringUtf8());
    rest = part.substring(lineEnd);
  }

  /** Passes on a last line that has no line end. */
  void end() {
    if (!rest.isEmpty()) {
      lines.accept(rest.toStringUtf8());
    }
  }
}
