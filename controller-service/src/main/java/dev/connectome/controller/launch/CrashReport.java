package dev.connectome.controller.launch;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the Java virtual machine writes to the log of a trainer that native code has ended: the
 * engine's, or that of a network's own library.
 *
 * @param cause the signal, or what memory was lacking for
 * @param frame the code in which it happened; blank if it is not said
 * @param file the whole report; blank if it is not said
 */
record CrashReport(String cause, String frame, String file) {

  private static final Pattern CAUSE =
      Pattern.compile("^# +(SIG[A-Z]+|Native memory allocation .*|Out of Memory Error.*?)( .*)?$");

  private static final Pattern FRAME = Pattern.compile("^# +([CVJjv] +\\[?.*)$");
  private static final Pattern FILE = Pattern.compile("^# +(/.*hs_err.*)$");

  /** Finds the report at the end of a log; empty if there is none. */
  static Optional<CrashReport> find(String logTail) {
    String cause = last(CAUSE, logTail);
    return cause.isEmpty()
        ? Optional.empty()
        : Optional.of(new CrashReport(cause, last(FRAME, logTail), last(FILE, logTail)));
  }

  private static String last(Pattern pattern, String text) {
    return text.lines()
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .map(found -> found.group(1).strip())
        .reduce((first, second) -> second)
        .orElse("");
  }

  String description() {
    return "native code of the engine, or of a library of the network's own, crashed ("
        + cause
        + (frame.isEmpty() ? "" : " in " + frame)
        + "); a lack of memory is the usual reason: train fewer runs at a time on this machine, or"
        + " a smaller network or mini-batch"
        + (file.isEmpty() ? "" : "; the report is " + file);
  }
}
