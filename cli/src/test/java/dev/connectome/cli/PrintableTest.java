package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class PrintableTest {

  @Test
  void noControlCharacterReachesATerminal() {
    var terminal = new StringWriter();
    PrintWriter out = Printable.to(terminal);

    for (char character = 0; character < 0x100; character++) {
      out.print(character);
    }
    out.print("\u001b]0;owned\u0007\u001b[2J\u009b2J");
    out.flush();

    assertThat(terminal.toString().chars().filter(Character::isISOControl).distinct().sorted())
        .containsExactly((int) '\t', (int) '\n');
    assertThat(terminal.toString()).contains("]0;owned", "abc");
  }

  @Test
  void textStaysAsItIs() {
    var terminal = new StringWriter();
    PrintWriter out = Printable.to(terminal);

    out.print("épochs\t7 \uD834\uDD1E\r\nloss 0.5\rloss 0.4\n");
    out.flush();

    assertThat(terminal).hasToString("épochs\t7 \uD834\uDD1E\nloss 0.5\nloss 0.4\n");
  }
}
