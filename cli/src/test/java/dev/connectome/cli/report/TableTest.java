package dev.connectome.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void columnsOfNumbersAreAlignedRight() {
    Table table = new Table("NAME", "EPOCH", "LOSS", "SHARE");
    table.row("a", "7/60", "-", "12.5 %");
    table.row("long name", "12/60", "1.5e-05", "");

    assertThat(table.lines())
        .containsExactly(
            "NAME       EPOCH     LOSS   SHARE",
            "a           7/60        -  12.5 %",
            "long name  12/60  1.5e-05");
  }

  @Test
  void columnsStayAsWideAsTheyWereForLaterRows() {
    Table table = new Table("NAME", "EPOCH");
    table.row("a long name", "7");
    table.lines();
    table.row("b", "12");

    assertThat(table.lines()).containsExactly("b               12");
    assertThat(table.lines()).isEmpty();
  }

  @Test
  void aRowNeedsACellForEachColumn() {
    assertThatThrownBy(() -> new Table("A", "B").row("1")).hasMessage("1 cells for 2 columns");
  }
}
