package dev.connectome.cli.demo;

import dev.connectome.cli.Printable;
import dev.connectome.cli.report.Display;
import dev.connectome.cli.report.Table;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;

/** A table that is redrawn in the same place. */
final class TerminalView implements ProgressView {
  private static final String CLEAR_BELOW = "\u001b[J";

  private final PrintWriter out;
  private int lines;

  TerminalView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public synchronized void show(Collection<ObservedRun> runs) {
    erase();
    List<String> table = table(runs);
    table.forEach(out::println);
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
