package io.fourtuple.benchmarks.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridTest {
    private static final Cell CELL = new Cell(0.1, 20, Fault.NONE, Congestion.CUBIC);
    private static final Load LOAD = new Load(0.5, 0.4);

    @Test
    void shouldHaveEveryCellOnceWithANameOfItsOwn() {
        List<Cell> grid = Cell.grid();

        assertThat(grid).filteredOn(cell -> cell.congestion().isAlike()).hasSize(3 * 3 * Fault.values().length * 3);
        assertThat(grid).extracting(Cell::name).doesNotHaveDuplicates().contains("cubic/0.1/200/reordering");
        assertThat(grid).allSatisfy(cell -> assertThat(cell.flows()).isBetween(4, 16));
    }

    @Test
    void shouldMeasureEveryCellInOneBatchWithOthersOfItsLength() {
        List<List<Cell>> batches = Grid.batches(Cell.grid());

        assertThat(batches.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(Cell.grid());
        assertThat(batches).allSatisfy(batch -> {
            assertThat(batch).extracting(cell -> cell.seconds(1)).containsOnly(batch.getFirst().seconds(1));
            assertThat(batch.stream().mapToInt(Cell::flows).sum()).isLessThanOrEqualTo(Relay.MAX_LANES);
        });
    }

    @Test
    void shouldDecideByTheMedianOfAllRounds() {
        Comparison comparison = new Comparison(CELL);
        round(comparison, 100, 80, 50);
        assertThat(comparison.isMet()).isFalse();
        assertThat(comparison.isClear()).isFalse();

        round(comparison, 100, 95, 50);
        round(comparison, 200, 300, 50);

        assertThat(comparison.ratio(Way.OURS_TO_KERNEL)).isEqualTo(0.95, within(1e-9));
        assertThat(comparison.ratio(Way.KERNEL_TO_OURS)).isEqualTo(0.5, within(1e-9));
        assertThat(comparison.isMet()).isTrue();
    }

    @Test
    void shouldMeasureAgainWhatIsMuchFasterAsWellAsWhatIsSlower() {
        Comparison comparison = new Comparison(CELL);
        round(comparison, 100, 120, 100);

        assertThat(comparison.isClear()).isFalse();
        assertThat(comparison.isMet()).isTrue();
    }

    @Test
    void shouldReplaceOnlyTheTablesOfAPage(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("page.md");
        Comparison comparison = new Comparison(CELL);
        round(comparison, 10e6, 8e6, 9e6);
        Page page = new Page(List.of(comparison), new Findings(), List.of("Measured by a test."));
        Files.writeString(file, "# Words before\n\n");

        page.writeTo(file);
        Files.writeString(file, Files.readString(file) + "Words behind.\n");
        String once = Files.readString(file);
        page.writeTo(file);

        assertThat(file).hasContent(once);
        assertThat(once).startsWith("# Words before").endsWith("Words behind.\n")
                .contains("| 20 ms | 0.1 % |  | 10, 8.0, **0.80** missed |");
    }

    private static void round(Comparison comparison, double kernel, double ours, double back) {
        comparison.add(new Measured(CELL, Way.KERNEL_TO_KERNEL, kernel, List.of(), 1, 0, LOAD));
        comparison.add(new Measured(CELL, Way.OURS_TO_KERNEL, ours, List.of(), 1, 0, LOAD));
        comparison.add(new Measured(CELL, Way.KERNEL_TO_OURS, back, List.of(), 1, 0, LOAD));
    }
}
