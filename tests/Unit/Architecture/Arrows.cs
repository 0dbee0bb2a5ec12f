using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Architecture;

/// <summary>Which room may know which: design.md, "Rooms".</summary>
public sealed class Arrows
{
    /// <summary>Whom each room may know, besides itself and the words that all share.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Common"] = [],
        ["Access"] = [],
        ["Workspaces"] = [],
        ["Secrets"] = ["Access"],
        ["Drives"] = ["Access", "Workspaces"],
        ["Usage"] = ["Access", "Drives"],
        ["Verification"] = ["Access", "Drives", "Usage"],
        ["Events"] = ["Access", "Secrets", "Workspaces", "Drives"],
        ["Health"] = ["Access", "Workspaces", "Drives", "Usage", "Verification", "Events"],
        ["Files"] = ["Access", "Workspaces", "Drives", "Verification", "Events"],
        ["Connecting"] = ["Access", "Secrets", "Workspaces", "Drives", "Usage", "Verification", "Events"],
        ["Integrations"] = ["Access", "Secrets", "Workspaces", "Drives", "Verification", "Events", "Files"],
        ["Http"] = ["Access", "Workspaces"],
        ["Wizard"] = ["Files"],
    };

    [Fact]
    public void Rooms_know_the_rooms_above_them_only() =>
        Source
            .Types.Where(type => Allowed.ContainsKey(type.Room))
            .SelectMany(type =>
                type.Knows.Select(RoomOf)
                    .OfType<string>()
                    .Where(room =>
                        room != type.Room
                        && room != "Common"
                        && !Allowed[type.Room].Contains(room)
                        && !(room == "Http" && MaySeeHttp(type))
                        && !(room == "Workspaces" && IsTrigger(type)))
                    .Distinct()
                    .Select(room => $"{type.File}: {type.Name} knows {room}"))
            .ShouldBeEmpty();

    [Fact]
    public void Only_triggers_and_Http_see_http_types() =>
        Source
            .Types.Where(type => !MaySeeHttp(type) && type.Namespace != "ServerlessDrives")
            .SelectMany(type =>
                type.Knows.Where(known => known.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal))
                    .Select(known => $"{type.File}: {type.Name} knows {known}"))
            .ShouldBeEmpty();

    [Fact]
    public void Only_orchestrations_their_activities_and_triggers_see_durable_types() =>
        Source
            .Types.Where(type => !IsTrigger(type) && !IsDurable(type))
            .SelectMany(type =>
                type.Knows.Where(known => known.StartsWith("Microsoft.DurableTask.", StringComparison.Ordinal))
                    .Select(known => $"{type.File}: {type.Name} knows {known}"))
            .ShouldBeEmpty();

    [Theory]
    [InlineData("Amazon.", "Aws")]
    [InlineData("Azure.Data.Tables.", "Tables")]
    [InlineData("Azure.Storage.", "Tables")]
    [InlineData("Azure.Security.KeyVault.", "KeyVault")]
    public void Only_its_adapter_sees_an_sdk(string sdk, string adapter) =>
        Source
            .Types.Where(type => !type.Namespace.StartsWith($"ServerlessDrives.Adapters.{adapter}", StringComparison.Ordinal))
            .SelectMany(type =>
                type.Knows.Where(known => known.StartsWith(sdk, StringComparison.Ordinal))
                    .Select(known => $"{type.File}: {type.Name} knows {known}"))
            .ShouldBeEmpty();

    [Fact]
    public void Only_adapters_and_the_composition_root_see_what_the_azure_sdks_share() =>
        Source
            .Types.Where(type => type.Room != "Adapters" && type.Namespace != "ServerlessDrives")
            .SelectMany(type =>
                type.Knows.Where(known => known.StartsWith("Azure.", StringComparison.Ordinal))
                    .Select(known => $"{type.File}: {type.Name} knows {known}"))
            .ShouldBeEmpty();

    [Theory]
    [InlineData("Access")]
    [InlineData("Workspaces")]
    public void The_innermost_rooms_know_the_base_class_library_only(string room) =>
        Source
            .Types.Where(type =>
                type.Room == room && !MaySeeHttp(type) && !type.FileName.EndsWith("Composition.cs", StringComparison.Ordinal))
            .SelectMany(type =>
                type.Knows.Where(known =>
                        !known.StartsWith("System.", StringComparison.Ordinal)
                        && !known.StartsWith("ServerlessDrives.", StringComparison.Ordinal)
                        && known is not ("Microsoft.CodeAnalysis.EmbeddedAttribute" or "Microsoft.Extensions.Hosting.IHostedService"))
                    .Select(known => $"{type.File}: {type.Name} knows {known}"))
            .ShouldBeEmpty();

    [Fact]
    public void Each_room_is_written_in_its_folder() =>
        Source
            .Types.Where(type =>
                type.Namespace != "ServerlessDrives"
                && !type.File.StartsWith(type.Room + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Select(type => $"{type.File}: {type.Namespace}")
            .ShouldBeEmpty();

    [Fact]
    public void No_namespace_shadows_the_root_of_an_sdk() => Source.Types
        .Select(type => type.Namespace)
        .Where(space => space.Split('.') is var parts && (parts.Contains("Azure") || parts.Contains("Amazon") || parts is [_, "Aws", ..]))
        .ShouldBeEmpty();

    [Fact]
    public void The_app_does_not_know_the_local_host()
    {
        Source
            .Files(Source.Functions)
            .Where(file =>
                File.ReadAllText(file) is var text
                && (text.Contains("ServerlessDrives.Embedded", StringComparison.Ordinal) || text.Contains("#if", StringComparison.Ordinal)))
            .ShouldBeEmpty();
        typeof(ServerlessDrives.Http.ApiDescription)
            .Assembly.GetReferencedAssemblies()
            .Select(assembly => assembly.Name)
            .ShouldNotContain("ServerlessDrives.Embedded");
    }

    [Fact]
    public void No_type_of_ours_is_declared_in_a_namespace_of_somebody_elses() =>
        new[] { "functions", "infra", "tests" }
            .SelectMany(folder => Source.Files(Path.Combine(Repository.Folder, folder)))
            .SelectMany(file =>
                File.ReadLines(file)
                    .Where(line =>
                        line.StartsWith("namespace ", StringComparison.Ordinal)
                        && !line.StartsWith("namespace ServerlessDrives", StringComparison.Ordinal))
                    .Select(line => $"{file}: {line}"))
            .ShouldBeEmpty();

    /// <summary>HTTP functions, and the types that several of them share: …Answers, which find and answer, and …Limits.</summary>
    private static bool IsTrigger(AppType type) =>
        type.FileName.EndsWith("Triggers.cs", StringComparison.Ordinal)
        || type.Definition.Methods.Any(method => method.Parameters.Any(IsHttpTrigger))
        || type.Name.EndsWith("Answers", StringComparison.Ordinal)
        || type.Name.EndsWith("Limits", StringComparison.Ordinal);

    private static bool IsHttpTrigger(Mono.Cecil.ParameterDefinition parameter) =>
        parameter.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "HttpTriggerAttribute");

    /// <summary>Triggers, the results that they answer with, and what composes them.</summary>
    private static bool MaySeeHttp(AppType type) =>
        IsTrigger(type)
        || type.Definition.Interfaces.Any(face => face.InterfaceType.Name == "IResult")
        || type.Room == "Http"
        || type.FileName.EndsWith("Composition.cs", StringComparison.Ordinal);

    /// <summary>
    /// An orchestration or its activities, by their triggers; or what stands between a room and the durable client, by its name.
    /// </summary>
    private static bool IsDurable(AppType type) =>
        type.Knows.Contains("Microsoft.Azure.Functions.Worker.OrchestrationTriggerAttribute")
        || type.Knows.Contains("Microsoft.Azure.Functions.Worker.ActivityTriggerAttribute")
        || type.Knows.Contains("Microsoft.Azure.Functions.Worker.TimerTriggerAttribute")
        || type.Name.StartsWith("Durable", StringComparison.Ordinal)
        || Source.Types.Any(other =>
            other.Definition.Methods.Any(method => method.Parameters.Any(IsOrchestration))
            && other.Knows.Contains(type.Definition.FullName)
            && type.Knows.Contains("Microsoft.DurableTask.TaskOrchestrationContext"));

    private static bool IsOrchestration(Mono.Cecil.ParameterDefinition parameter) =>
        parameter.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "OrchestrationTriggerAttribute");

    private static string? RoomOf(string type) => type.Split('.') is ["ServerlessDrives", var room, _, ..] ? room : null;
}
