package dev.connectome.cli.demo;

import dev.connectome.cli.Printable;
import dev.connectome.cli.report.Display;
import dev.connectome.protos.run.v1.RunState;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** A line every few epochs of a run and at each change of its state, for output that scrolls. */
final class PlainView implements ProgressView {
  private static final int EPOCHS_PER_LINE = 5;

  private final PrintWriter out;
  private final Map<String, Milestone> lastShown = new HashMap<>();

  PlainView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public synchronized void show(Collection<ObservedRun> runs) {
    for (ObservedRun run : runs) {
      Milestone now = new Milestone(run.run().getState(), run.epoch() / EPOCHS_PER_LINE);
      if (!now.equals(lastShown.put(run.name(), now))) {
        out.println(line(run));
      }
    }
    out.flush();
  }

  @Override
  public synchronized void print(String line) {
    out.println(Printable.text(line));
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
    if (run.neighbourAgreement() != null) {
      line.append("  neighbours agree ").append(Display.number(run.neighbourAgreement()));
    }
    if (run.connectomeDistance() != null) {
      line.append("  connectome distance ").append(Display.number(run.connectomeDistance()));
    }
    String stage = Display.stage(run.run().getStage());
    if (!stage.isEmpty()) {
      line.append("  ").append(stage);
    }
    return line.append("  ").append(Display.name(run.run().getState())).toString();
  }

  private record Milestone(RunState state, int block) {}
}
