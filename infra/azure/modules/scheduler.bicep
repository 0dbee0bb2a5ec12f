metadata description = 'The Durable Task Scheduler as the backend of the orchestrations.'

param location string
param token string
param tags object
param principalId string

@allowed(['Consumption', 'Dedicated'])
param sku string

@description('Capacity units; of a dedicated scheduler only.')
param capacity int

@description('Subnet for the private endpoint; empty for public access.')
param endpointSubnetId string
param virtualNetworkId string

var abbreviations = loadJsonContent('../abbreviations.json')

var isPrivate = !empty(endpointSubnetId)

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: '${abbreviations.durableTaskSchedulers}drives-${token}'
  location: location
  tags: tags
  properties: {
    // Whom the identity's role lets in may come from anywhere, or from nowhere but the endpoint.
    ipAllowlist: isPrivate ? [] : ['0.0.0.0/0']
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    sku: sku == 'Dedicated' ? { name: sku, capacity: capacity } : { name: sku }
  }

  resource hub 'taskHubs' = {
    name: '${abbreviations.durableTaskSchedulersTaskHubs}drives'
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

module endpoint 'endpoint.bicep' = if (isPrivate) {
  name: 'scheduler-endpoint'
  params: {
    location: location
    tags: tags
    name: '${abbreviations.networkPrivateEndpoints}scheduler-${token}'
    targetId: scheduler.id
    groupId: 'scheduler'
    zoneName: 'privatelink.durabletask.io'
    subnetId: endpointSubnetId
    virtualNetworkId: virtualNetworkId
  }
}

output connection string = scheduler.properties.endpoint
output taskHub string = scheduler::hub.name
