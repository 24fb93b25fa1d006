package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StrategicMergeTest {

  @Test
  void fieldsOfTheUpperObjectWinAndTheRestStays() {
    assertThat(
            StrategicMerge.merge(
                Map.of("spec", Map.of("a", 1, "b", 2)), Map.of("spec", Map.of("b", 3, "c", 4))))
        .isEqualTo(Map.of("spec", Map.of("a", 1, "b", 3, "c", 4)));
  }

  @Test
  void nullTakesAFieldAway() {
    Map<String, Object> upper = new HashMap<>();
    upper.put("runAsUser", null);

    assertThat(StrategicMerge.merge(Map.of("runAsUser", 10001, "fsGroup", 1), upper))
        .isEqualTo(Map.of("fsGroup", 1));
  }

  @Test
  void namedThingsAreMergedByTheirNameInTheOrderBelow() {
    assertThat(
            StrategicMerge.merge(
                Map.of(
                    "containers",
                    List.of(Map.of("name", "trainer", "image", "a"), Map.of("name", "proxy"))),
                Map.of(
                    "containers",
                    List.of(Map.of("name", "log"), Map.of("name", "trainer", "image", "b")))))
        .isEqualTo(
            Map.of(
                "containers",
                List.of(
                    Map.of("name", "trainer", "image", "b"),
                    Map.of("name", "proxy"),
                    Map.of("name", "log"))));
  }

  @Test
  void aVolumeAndAVariableHaveOneSource() {
    assertThat(
            StrategicMerge.merge(
                Map.of("volumes", List.of(Map.of("name", "tmp", "emptyDir", Map.of()))),
                Map.of("volumes", List.of(Map.of("name", "tmp", "ephemeral", Map.of("a", 1))))))
        .isEqualTo(Map.of("volumes", List.of(Map.of("name", "tmp", "ephemeral", Map.of("a", 1)))));
    assertThat(
            StrategicMerge.merge(
                Map.of("env", List.of(Map.of("name", "A", "value", "1"))),
                Map.of("env", List.of(Map.of("name", "A", "valueFrom", Map.of("b", 2))))))
        .isEqualTo(Map.of("env", List.of(Map.of("name", "A", "valueFrom", Map.of("b", 2)))));
    assertThat(
            StrategicMerge.merge(
                Map.of("volumes", List.of(Map.of("name", "tmp", "emptyDir", Map.of("a", 1)))),
                Map.of("volumes", List.of(Map.of("name", "tmp", "emptyDir", Map.of("b", 2))))))
        .isEqualTo(
            Map.of("volumes", List.of(Map.of("name", "tmp", "emptyDir", Map.of("a", 1, "b", 2)))));
  }

  @Test
  void tolerationsAreJoinedAndOtherListsReplaced() {
    assertThat(
            StrategicMerge.merge(
                Map.of("tolerations", List.of(Map.of("key", "a")), "args", List.of("x")),
                Map.of("tolerations", List.of(Map.of("key", "b")), "args", List.of("y"))))
        .isEqualTo(
            Map.of(
                "tolerations",
                List.of(Map.of("key", "a"), Map.of("key", "b")),
                "args",
                List.of("y")));
  }
}
