package dev.connectome.cli;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The commands in a document's blocks of shell. */
final class ShellBlocks {

  private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```sh\n(.*?)^ *```");
  private static final Pattern WORD = Pattern.compile("\"[^\"]*\"|'[^']*'|[^\\s\"']+");

  private ShellBlocks() {}

  /** The lines of all blocks, continued lines joined. */
  static List<String> lines(String document) {
    return BLOCK
        .matcher(document)
        .results()
        .flatMap(block -> block.group(1).replaceAll("\\\\\n\\s*", "").lines())
        .map(String::strip)
        .toList();
  }

  /** A document without its blocks. */
  static String prose(String document) {
    return BLOCK.matcher(document).replaceAll("");
  }

  /** The words of a command as a shell would pass them, without comments and redirections. */
  static List<String> words(String command) {
    return WORD.matcher(command.split(" +# |[|&>]", 2)[0])
        .results()
        .map(MatchResult::group)
        .map(word -> word.replaceAll("^[\"']|[\"']$", ""))
        .toList();
  }
}
