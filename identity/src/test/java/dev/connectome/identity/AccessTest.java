package dev.connectome.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every method of the contracts has a row, and the rows say what they should. */
class AccessTest {

  /** Served by trainers, who are not asked here. */
  private static final String TRAINERS_OWN = "TrainerControlService";

  @Test
  void everyMethodOfTheServicesHasARowAndEveryRowAMethod() throws Exception {
    Set<String> rows = new TreeSet<>(Access.methods());
    rows.removeIf(method -> method.startsWith("grpc."));

    assertThat(rows).isEqualTo(methods());
  }

  @Test
  void whoIsUnknownGetsHealthAndNothingElse() {
    assertThat(Access.methods().stream().filter(method -> allows(Optional.empty(), method)))
        .containsExactlyInAnyOrder(
            "grpc.health.v1.Health/Check",
            "grpc.health.v1.Health/List",
            "grpc.health.v1.Health/Watch");
  }

  @Test
  void aMethodWithoutARowIsNobodys() {
    for (Role role : Role.values()) {
      assertThat(Access.decide(caller(role), "connectome.run.v1.TrainingRunService/Invented"))
          .isInstanceOf(Decision.Unlisted.class);
    }
    assertThat(Access.decide(Optional.empty(), "")).isInstanceOf(Decision.Unlisted.class);
  }

  @Test
  void eachRoleOfPeopleMayWhatTheOneBelowMay() {
    assertThat(allowed(Role.OPERATOR)).containsAll(allowed(Role.VIEWER));
    assertThat(allowed(Role.ADMIN)).containsAll(allowed(Role.OPERATOR));
    assertThat(allowed(Role.ADMIN)).isEqualTo(Access.methods());
  }

  @Test
  void aViewerChangesNothing() {
    assertThat(names(allowed(Role.VIEWER)))
        .noneMatch(
            name ->
                name.matches(
                    "(Create|Update|Stop|BatchStop|Resume|Delete|Register|Join|Publish).*|Report|Finish|Heartbeat|ReportOutcome|TrainerSession"));
    assertThat(names(allowed(Role.VIEWER)))
        .contains("ListTrainingRuns", "GetTrainingRun", "ReadRunLog", "ReplayPolicy");
  }

  @Test
  void aTrainerTrainsAndNothingElse() {
    assertThat(names(allowed(Role.TRAINER)))
        .containsExactlyInAnyOrder(
            "Check",
            "List",
            "Watch",
            "GetTrainingRun",
            "RegisterTrainer",
            "Heartbeat",
            "ReportOutcome",
            "Join",
            "Report",
            "Finish",
            "TrainerSession",
            "PublishActivations");
  }

  @Test
  void onlyAnAdministratorSwitchesEnforcement() {
    String method = "connectome.run.v1.TrainingRunService/UpdateEnforcement";

    assertThat(Access.decide(caller(Role.OPERATOR), method))
        .isEqualTo(new Decision.Denied(caller(Role.OPERATOR).orElseThrow(), Need.ADMINISTER));
    assertThat(allows(caller(Role.ADMIN), method)).isTrue();
  }

  private static Set<String> allowed(Role role) {
    return Access.methods().stream()
        .filter(method -> allows(caller(role), method))
        .collect(Collectors.toSet());
  }

  private static List<String> names(Set<String> methods) {
    return methods.stream().map(method -> method.substring(method.indexOf('/') + 1)).toList();
  }

  private static boolean allows(Optional<Principal> principal, String method) {
    return Access.decide(principal, method) instanceof Decision.Allowed;
  }

  private static Optional<Principal> caller(Role role) {
    return Optional.of(new Principal("ada", role));
  }

  private static Set<String> methods() throws IOException {
    try (InputStream contracts =
        AccessTest.class.getResourceAsStream("/dev/connectome/protos/contracts.binpb")) {
      return FileDescriptorSet.parseFrom(Objects.requireNonNull(contracts)).getFileList().stream()
          .filter(file -> file.getPackage().startsWith("connectome."))
          .flatMap(
              file ->
                  file.getServiceList().stream()
                      .filter(service -> !service.getName().equals(TRAINERS_OWN))
                      .flatMap(
                          service ->
                              service.getMethodList().stream()
                                  .map(
                                      method ->
                                          "%s.%s/%s"
                                              .formatted(
                                                  file.getPackage(),
                                                  service.getName(),
                                                  method.getName()))))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
