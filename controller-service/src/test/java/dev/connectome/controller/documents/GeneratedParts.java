package dev.connectome.controller.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parts of a document that are made from code, between {@code <!-- generated NAME -->} and {@code
 * <!-- end -->}. With the property {@code documents.write} they are written, else compared.
 */
public final class GeneratedParts {

  private static final String WRITE = "documents.write";
  private static final Pattern PART =
      Pattern.compile("(<!-- generated (.+?) -->\n).*?(<!-- end -->)", Pattern.DOTALL);
  private static final String REMEDY =
      "docs/%s is older than the code it describes; write it anew with\n"
          + "  ./mvnw -pl controller-service -am -Dtest='*ReferenceTest'"
          + " -Dsurefire.failIfNoSpecifiedTests=false -D"
          + WRITE
          + " test";

  private GeneratedParts() {}

  /**
   * Compares a document with what its parts should be, or writes them.
   *
   * @param parts the text of each part by its name; the document has these and no others
   */
  public static void check(String document, Map<String, String> parts) throws IOException {
    Path path = Path.of("..", "docs", document);
    String present = Files.readString(path);
    assertThat(PART.matcher(present).results().map(part -> part.group(2)))
        .as("generated parts of " + document)
        .containsExactlyInAnyOrderElementsOf(parts.keySet());
    String wanted =
        PART.matcher(present)
            .replaceAll(
                part ->
                    Matcher.quoteReplacement(
                        part.group(1)
                            + "\n"
                            + parts.get(part.group(2)).strip()
                            + "\n\n"
                            + part.group(3)));
    if (System.getProperty(WRITE) != null) {
      Files.writeString(path, wanted);
    } else {
      assertThat(present).as(REMEDY.formatted(document)).isEqualTo(wanted);
    }
  }

  /** A text as it may stand in a cell of a table. */
  public static String cell(String text) {
    return text.replace("|", "\\|").replaceAll("<(?=[A-Za-z/])", "&lt;").strip();
  }
}
