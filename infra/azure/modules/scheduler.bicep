metadata description = 'The Durable Task Scheduler as the backend of the orchestrations.'

param location string
param token string
param tags object
param principalId string

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: 'dts-drives-${token}'
  location: location
  tags: tags
  properties: {
    ipAllowlist: ['0.0.0.0/0']
    sku: { name: 'Consumption' }
  }

  resource hub 'taskHubs' = {
    name: 'serverlessdrives'
  }
}

// Durable Task Data Contributor.
resource contributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler.id, principalId, 'durable-task-data-contributor')
  scope: scheduler
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0ad04412-c4d5-4796-b79c-f76d14c8d402')
  }
}

output connection string = scheduler.properties.endpoint
output taskHub string = scheduler::hub.name
