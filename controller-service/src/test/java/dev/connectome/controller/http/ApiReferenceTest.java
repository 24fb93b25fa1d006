package dev.connectome.controller.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.connectome.controller.documents.GeneratedParts;
import dev.connectome.identity.Access;
import dev.connectome.protos.activation.v1.ActivationIngestServiceProto;
import dev.connectome.protos.run.v1.TrainingRunServiceProto;
import dev.connectome.protos.trainer.v1.TrainerControlServiceProto;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceProto;
import dev.connectome.protos.trainer.v1.TrainerReportServiceProto;
import dev.connectome.protos.trainer.v1.TrainerSessionServiceProto;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ApiReferenceTest {

  private static final List<FileDescriptor> SERVICES =
      List.of(
          TrainingRunServiceProto.getDescriptor(),
          TrainerReportServiceProto.getDescriptor(),
          TrainerSessionServiceProto.getDescriptor(),
          TrainerRegistryServiceProto.getDescriptor(),
          TrainerControlServiceProto.getDescriptor(),
          ActivationIngestServiceProto.getDescriptor());

  @Test
  void theReferenceSaysWhatTheContractsSay() throws Exception {
    List<FileDescriptor> files = withThoseTheyImport();

    assertThat(names(files)).as("names, which are the anchors").doesNotHaveDuplicates();
    GeneratedParts.check(
        "api.md",
        Map.of("services", ApiReference.services(SERVICES), "types", ApiReference.types(files)));
  }

  @Test
  void noServiceThatSomebodyMayCallIsMissing() {
    List<String> referenced =
        SERVICES.stream()
            .flatMap(file -> file.getServices().stream())
            .map(ServiceDescriptor::getFullName)
            .toList();

    assertThat(Access.methods())
        .filteredOn(method -> method.startsWith("connectome."))
        .extracting(method -> method.substring(0, method.indexOf('/')))
        .isSubsetOf(referenced);
  }

  private static List<FileDescriptor> withThoseTheyImport() {
    Set<FileDescriptor> files = new LinkedHashSet<>(SERVICES);
    List<FileDescriptor> next = new ArrayList<>(SERVICES);
    while (!next.isEmpty()) {
      next.remove(0).getDependencies().stream()
          .filter(file -> file.getPackage().startsWith("connectome."))
          .filter(files::add)
          .forEach(next::add);
    }
    return List.copyOf(files);
  }

  private static List<String> names(List<FileDescriptor> files) {
    return files.stream()
        .flatMap(
            file ->
                Stream.concat(
                    file.getMessageTypes().stream().map(Descriptor::getName),
                    file.getEnumTypes().stream().map(EnumDescriptor::getName)))
        .toList();
  }
}
