using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Mono.Cecil;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Architecture;

/// <summary>
/// Orchestrators are replayed: what they do has to come out the same each time. Looked at in the compiled code, with all of ours that they
/// call.
/// </summary>
public sealed class OrchestratorRules
{
    private static readonly string[] Forbidden =
    [
        "System.DateTime::get_Now",
        "System.DateTime::get_UtcNow",
        "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now",
        "System.DateTimeOffset::get_UtcNow",
        "System.TimeProvider::",
        "System.Diagnostics.Stopwatch::",
        "System.Guid::NewGuid",
        "System.Guid::CreateVersion7",
        "System.Random::",
        "System.Security.Cryptography.RandomNumberGenerator::",
        "System.Threading.Tasks.Task::Delay",
        "System.Threading.Tasks.Task::Run",
        "System.Threading.Thread::",
        "System.Threading.Timer::",
        "System.Threading.Tasks.Task::ConfigureAwait",
        "System.Threading.Tasks.Task`1::ConfigureAwait",
        "System.Environment::",
        "System.IO.",
        "System.Net.Http.",
        "System.Net.Sockets.",
        "System.Console::",
        "Microsoft.Extensions.Logging.ILoggerFactory::",
        "Azure.",
        "Amazon.",
    ];

    private static readonly IReadOnlyList<MethodInfo> Orchestrators =
    [
        .. from type in typeof(ServerlessDrives.Http.ApiDescription).Assembly.GetTypes()
        from method in type.GetMethods(
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.GetParameters().Any(parameter => parameter.IsDefined(typeof(OrchestrationTriggerAttribute)))
        select method,
    ];

    public static TheoryData<string> Names => new(Orchestrators.Select(method => method.DeclaringType!.FullName!));

    [Theory]
    [MemberData(nameof(Names))]
    public void An_orchestrator_has_nothing_of_its_own_but_its_context(string type) =>
        Orchestrators
            .Where(method => method.DeclaringType!.FullName == type)
            .ShouldAllBe(method => method.IsStatic && method.GetParameters().Length == 1);

    [Theory]
    [MemberData(nameof(Names))]
    public void An_orchestrator_uses_no_clock_guid_network_or_file(string type)
    {
        using var module = ModuleDefinition.ReadModule(typeof(ServerlessDrives.Http.ApiDescription).Assembly.Location);
        var start = module
            .GetType(type)
            .Methods.Where(method =>
                method.Parameters.Any(parameter =>
                    parameter.CustomAttributes.Any(attribute => attribute.AttributeType.Name == nameof(OrchestrationTriggerAttribute))))
            .ToList();

        Calls(start)
            .Where(call => Forbidden.Any(forbidden => call.Called.StartsWith(forbidden, StringComparison.Ordinal)))
            .Select(call => $"{call.By} calls {call.Called}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void Such_calls_are_seen()
    {
        using var module = ModuleDefinition.ReadModule(typeof(OrchestratorRules).Assembly.Location);
        var start = module
            .GetType(typeof(Careless).FullName!.Replace('+', '/'))
            .Methods.Where(method => method.Name == nameof(Careless.RunAsync))
            .ToList();

        var calls = Calls(start).Select(call => call.Called).ToList();
        calls.ShouldContain("System.Guid::NewGuid");
        calls.ShouldContain("System.TimeProvider::GetUtcNow");
    }

    /// <summary>Every call that can come of these methods through code of the same assembly, state machines and lambdas included.</summary>
    private static IEnumerable<(string By, string Called)> Calls(IEnumerable<MethodDefinition> start)
    {
        var (toRead, seen) = (new Queue<MethodDefinition>(start), new HashSet<string>());
        while (toRead.TryDequeue(out var method))
        {
            if (!seen.Add(method.FullName))
                continue;
            foreach (
                var attribute in method.CustomAttributes.Where(attribute => attribute.AttributeType.Name == "AsyncStateMachineAttribute"))
            {
                foreach (
                    var step in ((TypeReference)attribute.ConstructorArguments[0].Value)
                        .Resolve()
                        .Methods.Where(step => step.Name == "MoveNext"))
                    toRead.Enqueue(step);
            }

            foreach (
                var called in method.HasBody
                    ? method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>()
                    : [])
            {
                yield return (method.FullName, $"{called.DeclaringType.GetElementType().FullName}::{called.Name}");
                if (called.DeclaringType.Scope == method.Module && called.Resolve() is { } ours)
                    toRead.Enqueue(ours);
            }
        }
    }

    private static class Careless
    {
        public static async Task<Guid> RunAsync()
        {
            await Task.Yield();
            return Enumerable.Range(0, 1).Select(_ => New()).First();
        }

        private static Guid New() => TimeProvider.System.GetUtcNow().Ticks > 0 ? Guid.NewGuid() : Guid.Empty;
    }
}
