package dev.connectome.controller.web;

import com.google.common.hash.Hashing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the page, as it is and compressed.
 *
 * @param etag a hash of the content, in quotes
 */
@SuppressWarnings("ArrayRecordComponent")
record PageFile(String contentType, String etag, byte[] content, byte[] gzipped) {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*\\.(css|html|js|svg)");
  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css; charset=utf-8",
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");
  private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";
  private static final Map<String, String> LIBRARIES =
      Map.of("uplot.js", UPLOT + "uPlot.iife.min.js", "uplot.css", UPLOT + "uPlot.min.css");

  /** Reads a file; empty if there is none of that name. */
  static Optional<PageFile> load(String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String path = LIBRARIES.getOrDefault(name, "web/" + name);
    try (InputStream stream = PageFile.class.getClassLoader().getResourceAsStream(path)) {
      return stream == null
          ? Optional.empty()
          : Optional.of(
              of(Objects.requireNonNull(TYPES.get(parts.group(1))), stream.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PageFile of(String contentType, byte[] content) throws IOException {
    var compressed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(compressed)) {
      gzip.write(content);
    }
    return new PageFile(
        contentType,
        "\"" + Hashing.sha256().hashBytes(content).toString().substring(0, 16) + "\"",
        content,
        compressed.toByteArray());
  }
}
