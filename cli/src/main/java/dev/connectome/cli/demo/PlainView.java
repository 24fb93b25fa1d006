package dev.connectome.cli.demo;

import dev.connectome.cli.report.Display;
import dev.connectome.protos.run.v1.RunState;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * A line every few epochs of a run and at each change of its state, for where nothing can be drawn
 * twice.
 */
final class PlainView implements ProgressView {
  private static final int EPOCHS_A_LINE = 5;

  private final PrintWriter out;
  private final Map<String, Shown> shown = new HashMap<>();

  PlainView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public synchronized void show(Collection<ObservedRun> runs) {
    for (ObservedRun run : runs) {
      Shown now = new Shown(run.run().getState(), run.epoch() / EPOCHS_A_LINE);
      if (!now.equals(shown.put(run.name(), now))) {
        out.println(line(run));
      }
    }
    out.flush();
  }

  @Override
  public synchronized void say(String line) {
    out.println(line);
    out.flush();
  }

  static String line(ObservedRun run) {
    StringBuilder line =
        new StringBuilder(run.name())
            .append("  epoch ")
            .append(run.epoch())
            .append('/')
            .append(run.budget());
    if (run.trainLoss() != null) {
      line.append("  loss ").append(Display.number(run.trainLoss()));
    }
    if (run.deathDistance() != null) {
      line.append("  death distance ").append(Display.number(run.deathDistance()));
    }
    String stage = Display.of(run.run().getStage());
    if (!stage.isEmpty()) {
      line.append("  ").append(stage);
    }
    return line.append("  ").append(Display.of(run.run().getState())).toString();
  }

  private record Shown(RunState state, int block) {}
}
