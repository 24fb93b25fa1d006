package dev.connectome.cli.pages;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the controller's page in one. Modules name each other by their paths, which a file
 * has no place for, so an import map has them as data; styles and scripts stand where the page
 * links to them. Nothing is loaded from anywhere: the policy in the head forbids it.
 */
final class OneFile {
  private static final String PAGE = "/dev/connectome/cli/pages/web/";
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
  private static final String ENTRY = "report.js";
  private static final String POLICY =
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' data:;"
          + " style-src 'unsafe-inline'; img-src data: blob:\">";
  private static final Pattern STYLE =
      Pattern.compile("<link rel=\"stylesheet\" href=\"/page/([a-z-]+\\.css)\">");
  private static final Pattern ICON = Pattern.compile("/page/(icon\\.svg)");
  private static final Pattern MODULE = Pattern.compile("'\\./([a-z-]+\\.js)'");

  private OneFile() {}

  /** The page of a report, with its data as JSON. */
  static String with(String json) {
    String page = file("index.html");
    page = page.replace("<meta charset=\"utf-8\">", "<meta charset=\"utf-8\">\n" + POLICY);
    page = replace(page, STYLE, name -> "<style>\n" + file(name) + "</style>");
    page = replace(page, ICON, name -> data("image/svg+xml", file(name)));
    page =
        page.replace(
            "<script src=\"/page/uplot.js\" defer></script>",
            "<script>" + file("uplot.js") + "</script>");
    return page.replace(
        "<script src=\"/page/main.js\" type=\"module\"></script>",
        "<script type=\"importmap\">%s</script>\n<script type=\"application/json\" id=\"report\">%s</script>\n<script type=\"module\">import '%s';</script>"
            .formatted(importMap(), embedded(json), bare(ENTRY)));
  }

  /** Every module that the entry needs, by a name that does not depend on where it stands. */
  private static String importMap() {
    ObjectNode map = new ObjectMapper().createObjectNode();
    ObjectNode imports = map.putObject("imports");
    Deque<String> open = new ArrayDeque<>();
    open.add(ENTRY);
    while (!open.isEmpty()) {
      String name = open.remove();
      if (!imports.has(bare(name))) {
        String source = file(name);
        imports.put(
            bare(name),
            data(
                "text/javascript",
                replace(source, MODULE, imported -> "'" + bare(imported) + "'")));
        MODULE.matcher(source).results().map(found -> found.group(1)).forEach(open::add);
      }
    }
    return map.toString();
  }

  private static String bare(String module) {
    return "page/" + module;
  }

  private static String replace(String text, Pattern pattern, UnaryOperator<String> replacement) {
    return pattern
        .matcher(text)
        .replaceAll(
            (MatchResult found) -> Matcher.quoteReplacement(replacement.apply(found.group(1))));
  }

  private static String data(String type, String content) {
    return "data:%s;base64,%s"
        .formatted(
            type, Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8)));
  }

  /** Within a script element only "<" could end the data. */
  private static String embedded(String json) {
    return json.replace("<", "\\u003c");
  }

  private static String file(String name) {
    String path =
        switch (name) {
          case "uplot.js" -> UPLOT + "uPlot.iife.min.js";
          case "uplot.css" -> UPLOT + "uPlot.min.css";
          default -> PAGE + name;
        };
    try (InputStream stream = OneFile.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
