package dev.connectome.controller.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.connectome.controller.api.ApiErrors;
import io.vertx.core.buffer.Buffer;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A body of two parts, JSON and then bytes as they are (RFC 2387). The bytes may have any values:
 * they end where the body's last line begins.
 */
record RelatedParts(String json, ByteString bytes) {

  static final String TYPE = "multipart/related";

  private static final Pattern BOUNDARY =
      Pattern.compile(
          ";\\s*boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70}))", Pattern.CASE_INSENSITIVE);
  private static final String LINE = "\r\n";
  private static final String HEADERS_END = "\r\n\r\n";

  /** Whether a content type is of such a body. */
  static boolean isType(String contentType) {
    return contentType.strip().toLowerCase(Locale.ROOT).startsWith(TYPE);
  }

  /**
   * Reads a body.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if it does not have this form
   */
  static RelatedParts of(String contentType, Buffer body) {
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.find()) {
      throw wrong("its Content-Type names no boundary");
    }
    String delimiter = "--" + (boundary.group(1) == null ? boundary.group(2) : boundary.group(1));
    ByteString all = ByteString.copyFrom(body.getBytes());
    // One character a byte, so that positions are the same.
    String text = all.toString(ISO_8859_1);
    int json = contentStart(text, delimiter, 0);
    int jsonEnd = text.indexOf(LINE + delimiter + LINE, json);
    if (jsonEnd < 0) {
      throw wrong("it has no second part");
    }
    int bytes = contentStart(text, delimiter, jsonEnd + LINE.length());
    int end = text.lastIndexOf(LINE + delimiter + "--");
    if (end < bytes) {
      throw wrong("its last line is not the boundary with -- at both ends");
    }
    return new RelatedParts(
        all.substring(json, jsonEnd).toString(UTF_8), all.substring(bytes, end));
  }

  private static int contentStart(String text, String delimiter, int from) {
    int headers = text.indexOf(HEADERS_END, from);
    if (!text.startsWith(delimiter + LINE, from) || headers < 0) {
      throw wrong("a part begins with the boundary, its headers and an empty line");
    }
    return headers + HEADERS_END.length();
  }

  private static RuntimeException wrong(String problem) {
    return ApiErrors.invalid("body", "must be two parts, JSON and then the values, and " + problem);
  }
}
