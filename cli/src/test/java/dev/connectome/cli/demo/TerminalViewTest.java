package dev.connectome.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalViewTest {

  private static final String CUT = "\u001b[?7l";
  private static final String CONTINUE = "\u001b[?7h";

  private final StringWriter out = new StringWriter();

  @Test
  void aNarrowTerminalCutsTheTableOffAndItIsDrawnInTheSamePlace() {
    var view = new TerminalView(new PrintWriter(out));
    var run = new ObservedRun(TrainingRun.newBuilder().setName("runs/a").build(), List.of());

    view.show(List.of(run));
    view.show(List.of(run));
    view.print("over");

    String shown = out.toString();
    String table = CUT + shown.substring(CUT.length(), shown.indexOf(CONTINUE)) + CONTINUE;
    assertThat(table.lines()).hasSize(3);
    String again = "\u001b[2A\u001b[J";
    assertThat(shown).isEqualTo(table + again + table + again + "over" + System.lineSeparator());
  }
}
