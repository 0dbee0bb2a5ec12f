using System.Diagnostics;
using System.Net;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Observability;

/// <summary>What a problem says to tell the operator, where nothing is exported.</summary>
[Collection(RunningApp.Name)]
public sealed class TraceOfAProblem(RunningApp running)
{
    [Fact]
    public async Task A_problem_names_the_trace_that_its_caller_began()
    {
        using var mia = await running.App.SignInAsync("mia");
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        mia.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");

        (await mia.GetAsync("/api/drives/drv_none", HttpStatusCode.NotFound)).Text("traceId").ShouldBe(trace);
    }

    [Fact]
    public async Task Without_a_trace_of_the_caller_every_problem_has_an_id_of_its_own_that_is_in_the_logs()
    {
        using var mia = await running.App.SignInAsync("mia");

        var first = (await mia.GetAsync("/api/drives/drv_none", HttpStatusCode.NotFound)).Text("traceId");
        var second = (await mia.GetAsync("/api/drives/drv_none", HttpStatusCode.NotFound)).Text("traceId");

        // A trace or an invocation: 32 hexadecimal digits, with or without hyphens.
        Guid.TryParse(first, out _).ShouldBeTrue(first);
        second.ShouldNotBe(first);
    }
}
