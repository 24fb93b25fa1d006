package dev.connectome.controller.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A table of the options of a trainer process, from the source of its command line. */
final class OptionsReference {

  private static final Pattern OPTION =
      Pattern.compile("@Option\\((.*?)\\)\\s*private ", Pattern.DOTALL);
  private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");
  private static final Pattern ENVIRONMENT = Pattern.compile("\\$\\{env:([A-Z_]+)(?::-(.*))?}");

  private OptionsReference() {}

  static String of(Path source) throws IOException {
    var text = new StringBuilder("| option | variable | default | meaning |\n|---|---|---|---|\n");
    OPTION
        .matcher(Files.readString(source))
        .results()
        .map(OptionsReference::row)
        .forEach(text::append);
    return text.toString();
  }

  private static String row(MatchResult option) {
    String declaration = option.group(1);
    Matcher environment = ENVIRONMENT.matcher(attribute(declaration, "defaultValue"));
    if (!environment.matches()) {
      throw new AssertionError("no environment variable: " + declaration);
    }
    String variable = environment.group(1);
    boolean required = declaration.contains("required = true");
    String standard = environment.group(2) == null ? "" : environment.group(2);
    return "| `%s` | `%s` | %s | %s |%n"
        .formatted(
            attribute(declaration, "names"),
            variable,
            required ? "required" : standard.isEmpty() ? "" : "`" + standard + "`",
            GeneratedParts.cell(
                attribute(declaration, "description").replace(" (" + variable + ")", "")));
  }

  /** The value of an attribute, pieces of it joined. */
  private static String attribute(String declaration, String name) {
    Matcher value =
        Pattern.compile(name + "\\s*=\\s*((?:\"[^\"]*\"\\s*\\+?\\s*)+)", Pattern.DOTALL)
            .matcher(declaration);
    if (!value.find()) {
      throw new AssertionError("no " + name + ": " + declaration);
    }
    var joined = new StringBuilder();
    TEXT.matcher(value.group(1)).results().forEach(piece -> joined.append(piece.group(1)));
    return joined.toString();
  }
}
