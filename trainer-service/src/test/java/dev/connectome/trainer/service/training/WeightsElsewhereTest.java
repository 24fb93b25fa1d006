package dev.connectome.trainer.service.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.trainer.service.data.ImageShape;
import java.io.DataOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsElsewhereTest {

  private static final Path DOCUMENT = Path.of("../docs/checkpoints.md");

  @TempDir Path folder;

  @Test
  void theProgramInTheDocumentReadsTheWeightsInTheOrderOfTheLayers() throws Exception {
    String document = Files.readString(DOCUMENT);
    int begin = document.indexOf("```python\n") + "```python\n".length();
    String program = document.substring(begin, document.indexOf("```", begin));
    List<String> expected = new ArrayList<>();
    Path weights = folder.resolve("weights.params");
    try (Model model = Model.newInstance("weights", Device.cpu());
        var out = new DataOutputStream(Files.newOutputStream(weights))) {
      ModelSpec spec =
          ModelSpec.newBuilder()
              .setName("mlp")
              .addHiddenWidths(7)
              .addHiddenWidths(5)
              .setBatchNorm(true)
              .build();
      Block network = Networks.build(spec, new ImageShape(1, 6, 6), 10);
      network.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(2, 36));
      network.saveParameters(out);
      for (Parameter parameter : network.getParameters().values()) {
        expected.add(line(parameter.getArray()));
      }
    }
    Path script =
        Files.writeString(
            folder.resolve("read.py"),
            program
                + """

                for shape, values in parameters("weights.params"):
                    print(list(shape), struct.pack(f">{len(values)}f", *values).hex())
                """);

    Process python =
        new ProcessBuilder("python3", script.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String printed = new String(python.getInputStream().readAllBytes(), UTF_8);

    assertThat(printed.lines().toList()).isEqualTo(expected);
    assertThat(expected).hasSizeGreaterThan(10);
  }

  private static String line(NDArray array) {
    var hex = new StringBuilder();
    for (float value : array.toFloatArray()) {
      hex.append("%08x".formatted(Float.floatToRawIntBits(value)));
    }
    String shape =
        Arrays.stream(array.getShape().getShape())
            .mapToObj(Long::toString)
            .collect(Collectors.joining(", ", "[", "]"));
    return shape + " " + hex;
  }
}
