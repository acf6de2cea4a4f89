package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.analysis.AnalysisCatalogue;
import org.amalgam.cli.Console;
import org.amalgam.cli.Failures;
import org.amalgam.cli.MethodDescription;
import org.amalgam.cli.Program;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.ClassPathConfig;
import org.amalgam.cli.config.Composer;
import org.amalgam.cli.config.ConfigOverride;
import org.amalgam.cli.config.Group;
import org.amalgam.cli.config.Multirun;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.hub.HubEnvironment;
import org.amalgam.method.MethodCatalogue;
import org.amalgam.settings.SettingsSchema;
import org.amalgam.tensor.Natives;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What the command line commands: runs and the demo, on the methods and analyses of the catalogues. */
public final class AmalgamProgram implements Program {

    private final Supplier<HubEnvironment> hub;
    private final BuiltIn before;

    /** With the hub of this process's variables. */
    public AmalgamProgram() {
        this(HubEnvironment::ofThisProcess);
    }

    /** With a hub of one's own. */
    public AmalgamProgram(Supplier<HubEnvironment> hub) {
        this(hub, BuiltIn.NONE);
    }

    /** With files that hide those of their names that are built in. */
    AmalgamProgram(Supplier<HubEnvironment> hub, BuiltIn before) {
        this.hub = hub;
        this.before = before;
    }

    @Override
    public BuiltIn builtIn() {
        return before.and(new ClassPathConfig(AmalgamProgram.class.getClassLoader()))
                .and(new DeclaredMethods())
                .and(new DeclaredAnalyses())
                .and(new ZooGroups())
                .and(new ClipGroups())
                .and(new DeclaredPools());
    }

    @Override
    public List<MethodDescription> methods() {
        return MethodCatalogue.ENTRIES.stream()
                .map(entry -> new MethodDescription(entry.name(), entry.summary(), entry.citation(), entry.settings()))
                .toList();
    }

    @Override
    public void prepare() {
        Natives.load();
    }

    @Override
    public int run(RunConfig config, Console console) {
        Done.of(config, () -> RunFolder.of(config), new Folders(hub, console), console)
                .ifPresent(done -> new Summary(console)
                        .print(done.report(), done.folder(), config.settings().mergedModelSavePath()));
        return 0;
    }

    @Override
    public int check(RunConfig config, Console console) {
        if (config.isAnalysis()) {
            throw new AmalgamException("check is for merges; analysis="
                    + config.work().name() + " is planned, and nothing computed, with dry_run=true");
        }
        return MergeRun.check(config, new Folders(hub, console), console) ? 0 : Failures.USER;
    }

    @Override
    public int multirun(Multirun jobs, Console console) {
        return Jobs.execute(jobs, new Folders(hub, console), console);
    }

    @Override
    public Optional<SettingsSchema> settings(Group group, String base) {
        return switch (group) {
            case METHOD -> MethodCatalogue.find(base).map(MethodCatalogue.Entry::settings);
            case ANALYSIS -> AnalysisCatalogue.find(base).map(AnalysisCatalogue.Entry::settings);
            case MODELPOOL -> Optional.of(SettingsSchema.of(ModelPoolSettings.class));
            case TASKPOOL -> Optional.of(SettingsSchema.of(TaskPoolSettings.class));
        };
    }

    @Override
    public int demo(Console console) {
        Demo.execute(builtIn(), console);
        return 0;
    }

    @Override
    public int resume(Path folder, Console console) {
        String resume = "resume=" + ConfigOverride.quoted(folder.toString());
        return run(RunFile.read(folder).compose(builtIn(), resume), console);
    }

    @Override
    public int explore(Path folder, int port, Console console) {
        Explore.serve(folder, port, builtIn(), new Folders(hub, console), console, page -> {});
        return 0;
    }

    @Override
    public int compare(boolean quick, List<String> names, Console console) {
        return Compare.execute(quick, names, builtIn(), console) ? 0 : 1;
    }

    @Override
    public int parameters(Optional<Path> model, int tasks, Console console) {
        ParameterTables.print(model, tasks, console);
        return 0;
    }

    @Override
    public int convert(Path source, Path target, String maxShardSize, Optional<String> dtype, Console console) {
        Converted.execute(source, target, maxShardSize, dtype, console);
        return 0;
    }

    @Override
    public int diff(List<String> models, Optional<String> ancestor, String sort, int limit, Console console) {
        if (ancestor.isPresent()) {
            return run(new Composer(List.of(), builtIn()).compose(Diff.similarity(ancestor.get(), models)), console);
        }
        Diff.execute(models, sort, limit, new Folders(hub, console), console);
        return 0;
    }
}
