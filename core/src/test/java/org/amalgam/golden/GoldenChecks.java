package org.amalgam.golden;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

import static java.util.Map.entry;

/** Which checks run the cases of a group. A group without a check is skipped; within a group that has one, nothing is. */
final class GoldenChecks {

    /** One line a group. */
    static final Map<String, List<Check>> BY_GROUP = Map.ofEntries(
            entry("adamerging", List.of(new AdaMergingCheck())),
            entry("counts", List.of(new CountsCheck())),
            entry("forward", List.of(new ClipForwardCheck(), new Gpt2Check())),
            entry("preprocessing", List.of(new PreprocessingCheck())),
            entry("adasvd", List.of(new AdaSvdCheck())),
            entry("smile", List.of(new SmileCheck())),
            entry("svd", List.of(new LowRankCheck())),
            entry("ewemoe", List.of(new WeightEnsemblingModuleCheck(), new WeightEnsemblingCheck())),
            entry("wemoe", List.of(new WeightEnsemblingModuleCheck(), new WeightEnsemblingCheck())),
            entry(
                    "pwemoe",
                    List.of(new PreferenceModuleCheck(), new ExactParetoCheck(), new PreferenceTrainingCheck())),
            entry("static", List.of(new StaticMergeCheck(), new StatisticCheck(), new Gpt2Check())),
            entry("tokenizer", List.of(new TokenizerCheck())));

    /**
     * Cases that no check handles because their method does not exist yet. A check that handles one runs it all the same.
     *
     * @param ids whole identifiers of cases, in any group
     */
    record Missing(Pattern ids, String reason) {}

    private static final List<Missing> MISSING = List.of();

    private GoldenChecks() {}

    /** Why nothing can run a case of that identifier, where that is known and allowed. */
    static Optional<String> missing(String id) {
        return MISSING.stream()
                .filter(missing -> missing.ids().matcher(id).matches())
                .map(Missing::reason)
                .findFirst();
    }
}
