package dev.connectome.trainer.service.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.UserException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableFilesTest {

  @TempDir Path directory;

  private void put(String name, String... lines) throws IOException {
    Files.write(directory.resolve(name), java.util.List.of(lines));
  }

  private DataFiles.Parts read(String labelColumn) throws UserException {
    return DataFiles.read(directory, DataSpec.newBuilder().setLabelColumn(labelColumn).build());
  }

  private void assertRefused(String... message) {
    assertThatThrownBy(() -> read(""))
        .isInstanceOf(UserException.class)
        .satisfies(refused -> assertThat(refused.getMessage()).contains(message));
  }

  @Test
  void twoTablesAreTheTwoParts() throws Exception {
    put("train.csv", "width,kind,height", "1,10,0.5", "2,9,1.5", "\"3\",10,-2e3");
    put("test.csv", "width,kind,height", "7,9,8");

    DataFiles.Parts parts = read("kind");

    var train = (LabelledRows) parts.train();
    assertThat(train.features()).isEqualTo(2);
    assertThat(train.values()).containsExactly(1, 0.5, 2, 1.5, 3, -2000);
    assertThat(train.labels()).as("9 before 10").containsExactly(1, 0, 1);
    assertThat(parts.test().labels()).containsExactly(0);
    assertThat(DataFiles.format(directory)).isEqualTo("table");
  }

  @Test
  void ofOneTableAFifthIsTheTestPartAlwaysTheSame() throws Exception {
    var lines = new String[51];
    lines[0] = "\uFEFFa;b;Label";
    for (int i = 1; i <= 50; i++) {
      lines[i] = i + ";" + 2 * i + ";" + (i % 3 == 0 ? "Häuser" : "Bäume");
    }
    put("houses and trees.CSV", lines);

    var train = (LabelledRows) read("").train();
    var test = (LabelledRows) read("").test();

    assertThat(train.count()).isEqualTo(40);
    assertThat(test.count()).isEqualTo(10);
    assertThat(test.values()).isEqualTo(((LabelledRows) read("").test()).values());
    for (int i = 0; i < 10; i++) {
      boolean house = (int) test.values()[2 * i] % 3 == 0;
      assertThat(test.labels()[i]).isEqualTo((byte) (house ? 1 : 0));
    }
  }

  @Test
  void eachFeatureIsStandardisedInDoublePrecision() throws Exception {
    put("train.csv", "t,x,label", "1700000000001,1,a", "1700000000003,5,b", "1700000000002,3,a");
    put("test.csv", "t,x,label", "1700000000002,3,b");
    var spec = DataSpec.newBuilder().setDirectory(directory.toString()).setTrainFraction(1).build();

    ImageBatches test = TrainingData.load(spec, 1, Optional.empty()).test();
    ImageBatches train = TrainingData.load(spec, 1, Optional.empty()).train();

    FloatBuffer mean = test.batch(new int[] {0}, 0, 1, test.allocate(1)).values().asFloatBuffer();
    assertThat(mean.get(0)).isZero();
    FloatBuffer all =
        train.batch(new int[] {0, 1, 2}, 0, 3, train.allocate(3)).values().asFloatBuffer();
    float least = 0;
    for (int row = 0; row < 3; row++) {
      assertThat(all.get(2 * row)).isCloseTo(all.get(2 * row + 1), within(1e-4f));
      least = Math.min(least, all.get(2 * row));
    }
    assertThat(least).isCloseTo((float) -Math.sqrt(1.5), within(1e-4f));
  }

  @Test
  void theColumnOfLabelsIsTheOneNamedOrTheUsualOneOrTheLast() throws Exception {
    String[] rows = {"1,2,3", "4,5,6", "1,2,3", "4,5,6", "7,8,9"};
    put("a.csv", "class,x,y", rows[0], rows[1], rows[2], rows[3], rows[4]);
    assertThat(((LabelledRows) read("").test()).features()).isEqualTo(2);
    assertThat(Table.read(directory.resolve("a.csv"), "").labelColumn()).isEqualTo("class");
    assertThat(Table.read(directory.resolve("a.csv"), "x").labelColumn()).isEqualTo("x");

    put("a.csv", "w,x,y", rows[0], rows[1], rows[2], rows[3], rows[4]);
    assertThat(Table.read(directory.resolve("a.csv"), "").labelColumn()).isEqualTo("y");
    assertThatThrownBy(() -> read("z"))
        .hasMessageContaining("has no column \"z\"; it has \"w, x, y\"");
  }

  @Test
  void whatIsNoTableOfNumbersIsRefusedWithItsLineAndColumn() throws Exception {
    put("a.csv", "x,y,label", "1,2,a", "1,red,b");
    assertRefused("line 3 of ", "a.csv has \"red\" in column \"y\"", "write numbers for words");
    put("a.csv", "x,y,label", "1,,a");
    assertRefused("line 2 of ", "has nothing in column \"y\"");
    put("a.csv", "x,y,label", "1,NaN,a");
    assertRefused("has \"NaN\" in column \"y\"", "finite");
    put("a.csv", "x,y,label", "1,2,");
    assertRefused("line 2 of ", "has no label in column \"label\"");
    put("a.csv", "x,y,label", "1,2,a", "1,2");
    assertRefused("a.csv is no table", "as many columns as the first");
    put("a.csv", "x,x,label", "1,2,a");
    assertRefused("a name of its own");
    put("a.csv");
    assertRefused("a.csv is empty");
    put("a.csv", "x,y,label", "1,2,a", "3,4,a");
    assertRefused("has 1 different labels in its column \"label\"");
    put("a.csv", "x,y,label", "1,2,a", "3,4,b");
    assertRefused("has 2 rows, of which a fifth is the test part; give 5 or more");

    Files.delete(directory.resolve("a.csv"));
    put("train.csv", "x,label", "1,a", "2,b");
    put("test.csv", "y,label", "1,a");
    assertRefused("has the columns \"x\", but");
    put("test.csv", "x,label", "1,c");
    assertRefused("has the label \"c\", which no row of");
    put("other.csv", "x,label", "1,c");
    Files.delete(directory.resolve("test.csv"));
    assertRefused("neither train.csv and test.csv nor one CSV file: it has other.csv, train.csv");
  }
}
