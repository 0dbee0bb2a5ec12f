using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions
{
    /// <summary>Binds a method or one of its parameters to something of the host.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public abstract class BindingAttribute : Attribute
    {
        public BindingAttribute()
        {
        }
    }

    /// <summary>Binds the parameter by which a function is triggered.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public abstract class TriggerBindingAttribute : BindingAttribute
    {
        public TriggerBindingAttribute()
        {
        }
    }

    /// <summary>Binds a parameter that the host provides.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public abstract class InputBindingAttribute : BindingAttribute
    {
        public InputBindingAttribute()
        {
        }
    }
}

namespace Microsoft.Azure.Functions.Worker
{
    /// <summary>Marks a method as a function.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public class FunctionAttribute : Attribute
    {
        public FunctionAttribute(string name) => Name = name;

        public string Name { get; }
    }

    /// <summary>Who may call an HTTP function by key; on one machine there are no keys.</summary>
    public enum AuthorizationLevel
    {
        Anonymous = 0,
        User = 1,
        Function = 2,
        System = 3,
        Admin = 4,
    }

    /// <summary>Triggers a function by an HTTP request.</summary>
    public sealed class HttpTriggerAttribute : TriggerBindingAttribute
    {
        public HttpTriggerAttribute()
            : this(AuthorizationLevel.Function)
        {
        }

        public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

        public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
            : this(authLevel) => Methods = methods;

        public HttpTriggerAttribute(params string[] methods)
            : this(AuthorizationLevel.Function, methods)
        {
        }

        public AuthorizationLevel AuthLevel { get; }

        public string[]? Methods { get; }

        public string? Route { get; set; }
    }

    /// <summary>Triggers a function by the clock.</summary>
    public sealed class TimerTriggerAttribute : TriggerBindingAttribute
    {
        public TimerTriggerAttribute(string schedule) => Schedule = schedule;

        public string Schedule { get; }

        public bool RunOnStartup { get; set; }

        public bool UseMonitor { get; set; } = true;
    }

    /// <summary>What a timer's function is told of its schedule.</summary>
    public class TimerInfo
    {
        public TimerInfo()
        {
        }

        public ScheduleStatus? ScheduleStatus { get; set; }

        public bool IsPastDue { get; set; }
    }

    /// <summary>Where a timer stands.</summary>
    public class ScheduleStatus
    {
        public ScheduleStatus()
        {
        }

        public DateTime Last { get; set; }

        public DateTime Next { get; set; }

        public DateTime LastUpdated { get; set; }
    }

    /// <summary>Triggers an orchestrator.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class OrchestrationTriggerAttribute : TriggerBindingAttribute
    {
        public OrchestrationTriggerAttribute()
        {
        }

        public string? Orchestration { get; set; }
    }

    /// <summary>Triggers an activity.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class ActivityTriggerAttribute : TriggerBindingAttribute
    {
        public ActivityTriggerAttribute()
        {
        }

        public string? Activity { get; set; }
    }

    /// <summary>Gives a function the Durable Task client.</summary>
    public sealed class DurableClientAttribute : InputBindingAttribute
    {
        public DurableClientAttribute()
        {
        }

        public string? TaskHub { get; set; }

        public string? ConnectionName { get; set; }
    }
}
