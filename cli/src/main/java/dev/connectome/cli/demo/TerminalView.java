package dev.connectome.cli.demo;

import dev.connectome.cli.Printable;
import dev.connectome.cli.report.Display;
import dev.connectome.cli.report.Table;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;

/**
 * A table that is redrawn in the same place. The terminal cuts lines off at its width, for one that
 * continued on the next line would not be drawn over.
 */
final class TerminalView implements ProgressView {
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final String CUT_LINES = "\u001b[?7l";
  private static final String CONTINUE_LINES = "\u001b[?7h";

  private final PrintWriter out;
  private int lines;

  TerminalView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public synchronized void show(Collection<ObservedRun> runs) {
    erase();
    List<String> table = table(runs);
    out.print(CUT_LINES);
    table.forEach(out::println);
    out.print(CONTINUE_LINES);
    out.flush();
    lines = table.size();
  }

  @Override
  public synchronized void print(String line) {
    erase();
    out.println(Printable.text(line));
    out.flush();
  }

  private void erase() {
    if (lines > 0) {
      out.printf("\u001b[%dA", lines);
      out.print(CLEAR_BELOW);
      lines = 0;
    }
  }

  static List<String> table(Collection<ObservedRun> runs) {
    Table table =
        new Table(
            "RUN", "EPOCH", "LOSS", "NEIGHBOURS AGREE", "CONNECTOME DISTANCE", "STAGE", "STATE");
    for (ObservedRun run : runs) {
      table.row(
          run.name(),
          run.epoch() + "/" + run.budget(),
          Display.number(run.trainLoss()),
          Display.number(run.neighbourAgreement()),
          Display.number(run.connectomeDistance()),
          Display.stage(run.run().getStage()),
          Display.name(run.run().getState()));
    }
    return table.lines();
  }
}
