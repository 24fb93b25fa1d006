package dev.connectome.cli.demo;

import dev.connectome.cli.report.Display;
import dev.connectome.cli.report.Table;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;

/** A table that is drawn again in the same place. */
final class TerminalView implements ProgressView {
  private static final String UP = "\u001b[%dA";
  private static final String CLEAR_BELOW = "\u001b[J";

  private final PrintWriter out;
  private int drawn;

  TerminalView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public synchronized void show(Collection<ObservedRun> runs) {
    erase();
    List<String> lines = table(runs);
    lines.forEach(out::println);
    out.flush();
    drawn = lines.size();
  }

  @Override
  public synchronized void say(String line) {
    erase();
    out.println(line);
    out.flush();
  }

  private void erase() {
    if (drawn > 0) {
      out.printf(UP, drawn);
      out.print(CLEAR_BELOW);
      drawn = 0;
    }
  }

  static List<String> table(Collection<ObservedRun> runs) {
    Table table = new Table("RUN", "EPOCH", "TRAINING LOSS", "DEATH DISTANCE", "STAGE", "STATE");
    for (ObservedRun run : runs) {
      table.row(
          run.name(),
          run.epoch() + "/" + run.budget(),
          Display.number(run.trainLoss()),
          Display.number(run.deathDistance()),
          Display.of(run.run().getStage()),
          Display.of(run.run().getState()));
    }
    return table.lines();
  }
}
