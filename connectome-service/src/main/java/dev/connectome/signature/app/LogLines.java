package dev.connectome.signature.app;

import io.grpc.StatusRuntimeException;
import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;

/**
 * Keeps an event on its line: control characters of callers, with which they could forge lines or
 * steer the terminal of a reader, are replaced. A request that gRPC could not parse is the caller's
 * mistake and has no stack trace.
 */
@LoggingFilter(name = "lines")
public final class LogLines implements Filter {

  private static final String GRPC = "io.grpc.internal.";

  @Override
  public boolean isLoggable(LogRecord record) {
    String name = record.getLoggerName();
    if (name != null
        && name.startsWith(GRPC)
        && record.getThrown() instanceof StatusRuntimeException refused) {
      record.setThrown(null);
      replace(record, "a request could not be read: " + refused.getMessage());
    } else {
      String text = text(record);
      if (text != null && text.chars().anyMatch(LogLines::isControl)) {
        replace(record, text);
      }
    }
    return true;
  }

  private static String text(LogRecord record) {
    return record instanceof ExtLogRecord extended
        ? extended.getFormattedMessage()
        : record.getMessage();
  }

  private static void replace(LogRecord record, String text) {
    var line = new StringBuilder(text.length());
    text.chars().forEach(c -> line.append(isControl(c) ? '\uFFFD' : (char) c));
    if (record instanceof ExtLogRecord extended) {
      extended.setMessage(line.toString(), ExtLogRecord.FormatStyle.NO_FORMAT);
    } else {
      record.setMessage(line.toString());
    }
  }

  /** A tab moves nothing but the text behind it. */
  private static boolean isControl(int character) {
    return Character.isISOControl(character) && character != '\t';
  }
}
